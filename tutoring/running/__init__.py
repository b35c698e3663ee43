"""How Palier runs: the production server, the worker, the migrations."""
