using System.Globalization;

namespace QuantumCore.Bench.Exchange;

/// <summary>
/// The silo's own count of accepted orders (<c>quantumcore_orders_total</c>), read before a load to check what the load
/// counted.
/// </summary>
internal sealed class AcceptedOrders
{
    // The page may be some hundred milliseconds old.
    private const int MostReadings = 50;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);
    private static readonly HttpClient s_http = new();

    private readonly Uri _page;
    private readonly long _before;

    private AcceptedOrders(Uri page, long before) => (_page, _before) = (page, before);

    /// <summary>Reads the counter of a silo.</summary>
    public static async Task<AcceptedOrders> ReadAsync(Uri silo)
    {
        var page = new Uri(silo, "/metrics");
        var before = await CountAsync(page);
        for (var i = 0; i < MostReadings; i++)
        {
            await Task.Delay(s_pause, CancellationToken.None);
            var now = await CountAsync(page);
            if (now == before)
                break;

            before = now;
        }

        return new AcceptedOrders(page, before);
    }

    /// <summary>
    /// Checks that the silo accepted at least as many orders as the load counted. Others may have traded beside it.
    /// </summary>
    /// <param name="counted">Accepted orders by the load's count.</param>
    /// <exception cref="InvalidOperationException">The silo accepted fewer.</exception>
    public async Task CheckAsync(long counted)
    {
        var accepted = 0L;
        for (var i = 0; i < MostReadings; i++)
        {
            accepted = await CountAsync(_page) - _before;
            if (accepted >= counted)
                return;

            await Task.Delay(s_pause, CancellationToken.None);
        }

        throw new InvalidOperationException(string.Create(
            CultureInfo.InvariantCulture,
            $"The load counted {counted} accepted orders, but the silo accepted {accepted}."));
    }

    private static async Task<long> CountAsync(Uri page)
    {
        var text = await s_http.GetStringAsync(page, CancellationToken.None);
        return text.Split('\n')
            .Where(
                line => line.StartsWith("quantumcore_orders_total{", StringComparison.Ordinal)
                    && line.Contains("outcome=\"Accepted\"", StringComparison.Ordinal))
            .Sum(
                line => long.Parse(
                    line[(line.IndexOf('}', StringComparison.Ordinal) + 1)..].Trim().Split(' ')[0], NumberStyles.None,
                    CultureInfo.InvariantCulture));
    }
}
