"""Certbot's folder: renewal/*.conf, cli.ini, live and archive certificates, hooks."""
