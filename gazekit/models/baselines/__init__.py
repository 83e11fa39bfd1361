"""Image-blind and simple models: nulls, baselines and controls that every other model is read beside."""
