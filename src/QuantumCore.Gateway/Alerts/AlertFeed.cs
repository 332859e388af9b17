using Microsoft.Extensions.Logging;
using QuantumCore.Gateway.Hosting;

namespace QuantumCore.Gateway.Alerts;

/// <summary>
/// Alerts of one account for all its listeners in this process. It calls the account's grain only while there are
/// listeners.
/// </summary>
internal sealed class AlertFeed(long account, IGrainFactory grains, PriceAlerts alerts, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly HashSet<Action> _listeners = [];
    private bool _isRunning;
    private ShownAlerts? _latest;

    /// <summary>Alerts as last reported to listeners; null before the first time.</summary>
    public ShownAlerts? Latest
    {
        get
        {
            lock (_lock)
                return _latest;
        }
    }

    /// <summary>
    /// Adds a listener, called when the alerts are known and after every change. It must return at once.
    /// </summary>
    public void Join(Action changed)
    {
        bool isKnown, isRunning;
        lock (_lock)
        {
            _listeners.Add(changed);
            (isKnown, isRunning, _isRunning) = (_latest is not null, _isRunning, true);
        }

        // Outside the lock, because listeners have locks of their own.
        if (isKnown)
            changed();
        if (!isRunning)
            _ = FollowAsync();
    }

    /// <summary>Removes a listener.</summary>
    public void Leave(Action changed)
    {
        lock (_lock)
            _listeners.Remove(changed);
    }

    /// <summary>Follows the alerts as long as there are listeners. Exceptions of the grain end here.</summary>
    private async Task FollowAsync()
    {
        // It runs for all listeners, not for the request that came first.
        RequestTrace.Leave();
        var version = -1L;
        while (GoesOn())
        {
            try
            {
                if (await grains.PriceAlerts(account).WaitForChange(version) is not { } told)
                    continue;
                Tell(await alerts.ShowAsync(told));
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

            // The next listener starts from the beginning.
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
