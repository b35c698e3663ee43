"""A small practice LMS: the demo's front door and the tests' LTI 1.3 platform, in Moodle's shapes."""
