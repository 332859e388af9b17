namespace QuantumCore.Clearing;

/// <summary>Time of an account by its own records.</summary>
internal sealed class AccountClock
{
    /// <summary>Time of the account's last own record, Unix nanoseconds.</summary>
    public long TimeNanos { get; set; }

    /// <summary>
    /// True if time may go back after a clock that ran ahead dated the last record (<see cref="TimeCorrection"/>).
    /// </summary>
    public bool CorrectsTime { get; set; }

    /// <summary>Returns the time of a record made now.</summary>
    public long At(long now) => TimeCorrection.After(TimeNanos, now, CorrectsTime);
}
