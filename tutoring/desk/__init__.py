"""What gathers the others: front page, queues, boards."""
