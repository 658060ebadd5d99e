"""`bench serve` on 127.0.0.1 alone: Frappe's own binds every address and has no option for it."""

import functools
import sys

import werkzeug.serving

_run = werkzeug.serving.run_simple


@functools.wraps(_run)
def run_locally(host, *args, **kwargs):
    return _run("127.0.0.1", *args, **kwargs)


if __name__ == "__main__":
    werkzeug.serving.run_simple = run_locally
    from frappe.utils import bench_helper

    sys.argv = [sys.argv[0], "frappe", *sys.argv[1:]]
    bench_helper.main()
