namespace QuantumCore.Clearing;

/// <summary>Orders of one step of an <see cref="OrderWindow"/>.</summary>
/// <param name="Number">Number of the step since 1970.</param>
/// <param name="Orders">Number of its orders.</param>
/// <param name="Value">Their value, quote minor units.</param>
public readonly record struct WindowStep(long Number, long Orders, Int128 Value);

/// <summary>
/// Number and value of an account's orders in a sliding window. The window moves in steps of 1/32 of its length, so
/// that its size does not depend on the number of orders. An order counts for the window's length, and at most one step
/// longer. It has no clock: times come from records.
/// </summary>
/// <param name="windowNanos">Length of the window, nanoseconds, at least <see cref="StepsInWindow"/>.</param>
public sealed class OrderWindow(long windowNanos)
{
    /// <summary>Number of steps in a window's length.</summary>
    public const int StepsInWindow = 32;

    private const long LeastTurnBackNanos = 60_000_000_000;

    private readonly long _stepNanos = windowNanos / StepsInWindow;
    private readonly List<WindowStep> _steps = [];

    /// <summary>Steps that have orders, oldest first.</summary>
    public IReadOnlyList<WindowStep> Steps => _steps;

    /// <summary>Returns the number and the value of the orders in the window that ends now.</summary>
    public (long Orders, Int128 Value) At(long nowNanos)
    {
        var (orders, value) = (0L, (Int128)0);
        foreach (var step in _steps)
        {
            if (IsRecent(step, nowNanos))
            {
                (orders, value) = (orders + step.Orders, value + step.Value);
            }
        }

        return (orders, value);
    }

    /// <summary>Adds an order.</summary>
    /// <param name="value">Its value, quote minor units.</param>
    /// <param name="nowNanos">Its time, Unix nanoseconds.</param>
    public void Add(Int128 value, long nowNanos)
    {
        _steps.RemoveAll(step => !IsRecent(step, nowNanos));
        Add(new WindowStep(NumberOf(nowNanos), 1, value));
    }

    /// <summary>Adds the orders of a step that is not older than those before it.</summary>
    public void Add(WindowStep step)
    {
        if (_steps.Count > 0 && _steps[^1] is var last && last.Number >= step.Number)
        {
            _steps[^1] = last with { Orders = last.Orders + step.Orders, Value = last.Value + step.Value };
        }
        else
        {
            _steps.Add(step);
        }
    }

    /// <summary>Forgets all orders.</summary>
    public void Clear() => _steps.Clear();

    private long NumberOf(long nanos) => nanos / _stepNanos;

    // A clock that ran ahead dated an order in the future, and an operator corrected it.
    private bool IsRecent(in WindowStep step, long nowNanos) =>
        NumberOf(nowNanos) - step.Number <= StepsInWindow && (step.Number * _stepNanos) - nowNanos < LeastTurnBackNanos;
}
