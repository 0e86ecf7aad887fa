"""The commands, one file each; each file names its command `command`."""
