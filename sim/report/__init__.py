"""What people look at: charts, the story of a typical replication, tables for the terminal."""
