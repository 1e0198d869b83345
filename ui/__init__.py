"""What people see: the only layer that knows NiceGUI and human languages."""
