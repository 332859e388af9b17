using System.Threading.Channels;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Following;

namespace QuantumCore.Gateway.Fix;

// Trades of before that were changed.
internal sealed partial class FixReporter
{
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(1);

    // Those of orders that are done.
    private readonly Channel<TradeChangedEvent> _pastTrades = Channel.CreateUnbounded<TradeChangedEvent>(new UnboundedChannelOptions { SingleReader = true });
    private volatile bool _hasStopped;

    /// <summary>Of an open order it is told in sequence with what else happens to that; of one that is done nothing else comes any more, and the history has to be asked.</summary>
    private void Tell(TradeChangedEvent told)
    {
        if (told.Order is { } order)
            Send(told, order, Shown(order));
        else
            _pastTrades.Writer.TryWrite(told);
    }

    /// <summary>Apart from the other reports: a history that is behind holds up none of them.</summary>
    private async Task TellPast()
    {
        await foreach (var told in _pastTrades.Reader.ReadAllAsync())
        {
            if (await Past(told) is { } order)
                Send(told, order, LastNameOf(order));
        }
    }

    /// <summary>An order that is done, as the history has it; null when the session has ended before that could say.</summary>
    private async ValueTask<PastOrder?> Past(TradeChangedEvent told)
    {
        while (!_hasStopped)
        {
            try
            {
                if (await services.Entry.Orders(new OrderQuery(holder.Account, told.Book.Instrument.Symbol, told.Number, HasChain: true)) is [var order])
                    return order;
            }
            catch (Exception error)
            {
                Log.CallFailed(services.Log, "Orders", holder.Account, 1, error);
            }

            await Task.Delay(s_rest, services.Time, CancellationToken.None);
        }

        return null;
    }

    /// <summary>The name that the session had last for an order.</summary>
    private string LastNameOf(PastOrder order)
    {
        lock (_lock)
        {
            foreach (var (shown, name) in _named)
            {
                if (name == order.ClientOrderId)
                    return shown;
            }
        }

        return order.ClientOrderId;
    }

    private FixRoute RouteOf(PastOrder order)
    {
        lock (_lock)
            return _routes.GetValueOrDefault(order.ClientOrderId);
    }

    private void Send(TradeChangedEvent told, PastOrder order, string name) =>
        session.Send("8", to => FixReports.WriteTradeChanged(to, holder.Account, told, order, name), route: RouteOf(order));
}
