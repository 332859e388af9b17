using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;

namespace QuantumCore.Gateway.Alerts;

/// <summary>The alerts of one account for all who follow them in this process. It asks their grain only while somebody does.</summary>
internal sealed class AlertFeed(long account, IGrainFactory grains, PriceAlerts alerts, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly HashSet<Action> _listeners = [];
    private bool _isRunning;
    private ShownAlerts? _latest;

    /// <summary>The alerts as they were told last; null before the first time.</summary>
    public ShownAlerts? Latest
    {
        get
        {
            lock (_lock)
                return _latest;
        }
    }

    /// <summary>Calls a listener when the alerts are known, and whenever they change. It must return at once.</summary>
    public void Join(Action changed)
    {
        bool isKnown, isRunning;
        lock (_lock)
        {
            _listeners.Add(changed);
            (isKnown, isRunning, _isRunning) = (_latest is not null, _isRunning, true);
        }

        // Not under the lock: listeners have locks of their own.
        if (isKnown)
            changed();
        if (!isRunning)
            _ = Follow();
    }

    /// <summary>Calls a listener no more.</summary>
    public void Leave(Action changed)
    {
        lock (_lock)
            _listeners.Remove(changed);
    }

    /// <summary>Follows the alerts as long as anyone listens. Exceptions of the grain end here.</summary>
    private async Task Follow()
    {
        // For all who come, not for the request that came first.
        RequestTrace.Leave();
        var version = -1L;
        while (GoesOn())
        {
            try
            {
                if (await grains.PriceAlerts(account).WaitForChange(version) is not { } told)
                    continue;
                Tell(await alerts.Show(told));
                version = told.Version;
            }
            catch (Exception error)
            {
                Log.CallFailed(log, "WaitForChange", account, 1, error);
                await Task.Delay(s_rest, time, CancellationToken.None);
            }
        }
    }

    private bool GoesOn()
    {
        lock (_lock)
        {
            if (_listeners.Count > 0)
                return true;

            // The next listener asks anew.
            (_isRunning, _latest) = (false, null);
            return false;
        }
    }

    private void Tell(ShownAlerts told)
    {
        Action[] listeners;
        lock (_lock)
        {
            _latest = told;
            listeners = [.. _listeners];
        }

        foreach (var changed in listeners)
            changed();
    }
}
