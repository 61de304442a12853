"""A plugin for ansible-playbook: prints what a check run would change."""
