using System.Diagnostics;
using Xunit;

namespace QuantumCore.SystemTests.Cluster;

/// <summary>
/// Customers, one for each symbol. Each places and cancels an order again and again and records the times of the
/// responses. While there are none, the symbol is not served.
/// </summary>
internal sealed class Pulse(Uri address, Diary diary, string round)
{
    private const long Account = 1001;
    private static readonly TimeSpan s_breath = TimeSpan.FromMilliseconds(5);
    private static readonly (string Symbol, string Price, string Quantity)[] s_markets =
        [("AAPL", "120.00", "1"), ("AMZN", "150.00", "1"), ("BTC-USD", "80000", "0.001"), ("MSFT", "350.00", "1")];

    private readonly Dictionary<string, List<long>> _answered =
        s_markets.ToDictionary(market => market.Symbol, _ => new List<long> { Stopwatch.GetTimestamp() });
    private volatile Uri _address = address;
    private volatile bool _closing;

    /// <summary>Runs until it is closed.</summary>
    public Task BeatAsync() => Task.WhenAll(s_markets.Select(market => Task.Run(
        () => BeatAsync(market.Symbol, market.Price, market.Quantity), TestContext.Current.CancellationToken)));

    /// <summary>Stops all further requests.</summary>
    public void Close() => _closing = true;

    /// <summary>Sends further requests to another address.</summary>
    public void MoveTo(Uri other) => _address = other;

    /// <summary>Returns the number of responses of the symbol that has the fewest.</summary>
    public int Fewest() => _answered.Values.Min(times => Count(times));

    /// <summary>Returns the longest time without a response since a moment, and its symbol.</summary>
    public (TimeSpan Gap, string Symbol) LongestSince(long moment) => _answered
        .Select(symbol => (LongestIn(symbol.Value, moment), symbol.Key))
        .Max();

    private static int Count(List<long> times)
    {
        lock (times)
            return times.Count;
    }

    private static TimeSpan LongestIn(List<long> times, long moment)
    {
        lock (times)
        {
            var since = times.FindLastIndex(time => time <= moment);
            return times.Skip(Math.Max(since, 0)).Append(Stopwatch.GetTimestamp()).Pairwise()
                .Max(pair => Stopwatch.GetElapsedTime(pair.Before, pair.After));
        }
    }

    private async Task BeatAsync(string symbol, string price, string quantity)
    {
        var at = _address;
        var customer = new Customer(at, "demo-alice");
        for (var n = 0; !_closing; n++)
        {
            if (at != _address)
            {
                customer.Dispose();
                customer = new Customer(at = _address, "demo-alice");
            }

            var name = $"{round}-{symbol}-{n}";
            var body =
                $$"""{"symbol":"{{symbol}}","side":"buy","price":"{{price}}","quantity":"{{quantity}}","clientOrderId":"{{name}}"}""";
            var placed =
                await AskAsync(customer, new Entry(Wish.Place, Account, symbol, name, HttpMethod.Post, "orders", body));
            if (placed.IsDone)
            {
                var order = placed.Number("orderId");
                await AskAsync(
                    customer,
                    new Entry(Wish.Cancel, Account, symbol, "", HttpMethod.Delete, $"orders/{symbol}/{order}", null)
                    {
                        Target = order,
                    });
            }

            await Task.Delay(s_breath, TestContext.Current.CancellationToken);
        }

        customer.Dispose();
    }

    private async Task<Reply> AskAsync(Customer customer, Entry entry)
    {
        diary.Sent(entry);
        diary.Answered(entry, await customer.SendAsync(entry.Method, entry.Path, entry.Body));
        if (entry.Reply.IsDone)
        {
            lock (_answered[entry.Symbol])
                _answered[entry.Symbol].Add(Stopwatch.GetTimestamp());
        }

        return entry.Reply;
    }
}

/// <summary>Pairs of neighbours in a sequence of times.</summary>
internal static class Neighbours
{
    public static IEnumerable<(long Before, long After)> Pairwise(this IEnumerable<long> times) =>
        times.Zip(times.Skip(1));
}
