"""The attribute network in PyTorch: its data, training, test and export. The commands beside this package are its only users."""
