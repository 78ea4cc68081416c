// Command write prints an invented wave: write ROWS SEED prob|online [SCALE].
package main

import (
	"fmt"
	"os"
	"strconv"

	"yiwang/bench/wave"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) < 3 {
		return fmt.Errorf("usage: write ROWS SEED prob|online [SCALE]")
	}
	numbers := []int{0, 0, 1}
	for i, text := range append(args[:2:2], args[3:]...) {
		v, err := strconv.Atoi(text)
		if err != nil || v < 0 || i > 2 {
			return fmt.Errorf("%q is not a whole number", text)
		}
		numbers[i] = v
	}
	return wave.Write(os.Stdout, numbers[0], uint64(numbers[1]), wave.Mode(args[2]), numbers[2])
}
