"""Runs with `python3 -m {{ cookiecutter.code_directory }}`."""


def main():
    print("Put your code here.")


if __name__ == "__main__":
    main()
