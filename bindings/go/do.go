// Running a command of any kind on any face.

package tacos

import "context"

// Result is what became of one command of a batch: its answer, of the type that its command has, or an error.
type Result struct {
	Answer any
	Err    error
}

// Do runs a command and waits for its answer, or until ctx is done: then the caller gets ctx.Err(), and the write goes on.
func Do[R any, Q Returns[R]](ctx context.Context, on Face, command Q) (R, error) {
	return answered[R](on.Run(ctx, command))
}

// answered is an answer as the type that its command or read has.
func answered[R any](answer any, err error) (out R, _ error) {
	if err != nil {
		return out, err
	}
	out, is := answer.(R)
	if !is {
		return out, &Error{Status: ErrSystem, Message: "the answer is of another kind than the question"}
	}
	return out, nil
}
