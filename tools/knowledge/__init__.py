"""What people or models say of the world, taken in as typed and labelled statements."""
