"""Operations: what runs around the product: health, statements, the demo municipality."""
