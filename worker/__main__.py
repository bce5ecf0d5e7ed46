"""`python -m worker`: the supervising parent; with ``--id`` it is the worker itself."""

import sys

if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "--id":
        from worker.process import main

        main(sys.argv[2])
    else:
        from worker.supervisor import main

        main()
