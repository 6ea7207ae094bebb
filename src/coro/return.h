/* How to return from where a coroutine was suspended.
 *
 * The processor predicts a return by a stack of its own, on which each call leaves its address.
 * After a switch that holds the callers of the coroutine that was left. Where both were parked by
 * the same path that is as good; where two tasks hand something to and fro it is the address of the
 * other's function, and each time costs a misprediction: 6 of 26 ns for an item that goes through a
 * queue.
 *
 * RETURN_BY_JUMP stands before the definition of a function that returns to its users' code and has
 * been suspended nearly always when it does: it then pops its return address and jumps there, and
 * that jump is predicted by where it went before. A function that rarely suspends must return as
 * usual. It is kept out of line, and called in tail position, or its caller's return is missed
 * instead.
 */
#ifndef OURO_CORO_RETURN_H
#define OURO_CORO_RETURN_H

/* The compiler has a jump to __x86_return_thunk, in switch_x86_64.S, in place of the return. */
#if defined(__x86_64__) && !defined(__code_model_large__) && !defined(OURO_PORTABLE_SWITCH)
#if __has_attribute(function_return)
#define RETURN_BY_JUMP __attribute__((noinline, function_return("thunk-extern")))
#endif
#endif

#ifndef RETURN_BY_JUMP
#define RETURN_BY_JUMP __attribute__((noinline))
#endif

#endif
