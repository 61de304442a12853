"""twiceshy.yaml to Estate and Guards, and back."""
