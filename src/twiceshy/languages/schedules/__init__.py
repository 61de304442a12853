"""When a host runs what: systemd timers with their services, crontabs, and the folders of cron."""
