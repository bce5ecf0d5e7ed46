"""`python -m worker`: the supervising parent; with an id and a pipe it is the worker itself."""

import sys

if __name__ == "__main__":
    if len(sys.argv) == 3:
        from worker.process import main

        main(sys.argv[1], int(sys.argv[2]))
    else:
        from worker.supervisor import main

        main()
