"""How we look: I/O only, one file per kind; a failed look is Unseen."""
