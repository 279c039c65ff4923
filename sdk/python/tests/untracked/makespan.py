"""In place of the package: what a program does that is not recorded at all."""


class Nothing:
    def __getattr__(self, name):
        return self

    def __call__(self, *args, **kwargs):
        return self

    def __enter__(self):
        return self

    def __getitem__(self, key):
        return self

    def __exit__(self, *error):
        return False


def task(function=None, **how):
    return function if callable(function) else lambda function: function


def __getattr__(name):
    return Nothing()
