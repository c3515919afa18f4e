"""The code of {{ cookiecutter.project_name|replace("\\", "\\\\")|replace("\"", "\\\"") }}."""
