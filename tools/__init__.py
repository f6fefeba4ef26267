"""What Whence can do: typed tools, the language they speak, and the runtime that bounds them."""
