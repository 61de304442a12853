"""The waist: the values everything else passes around. Frozen standard-library dataclasses only."""
