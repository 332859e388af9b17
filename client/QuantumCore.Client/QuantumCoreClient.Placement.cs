namespace QuantumCore.Client;

// State of the exchange itself, and placement of books.
public sealed partial class QuantumCoreClient
{
    /// <summary>
    /// Returns silos, journal and the newest warnings and errors (key of a market operator, a risk officer or an
    /// administrator).
    /// </summary>
    public Task<ExchangeSystem> GetSystemAsync(CancellationToken cancellation = default) =>
        _calls.SendAsync<ExchangeSystem>(Get("admin/system"), cancellation);

    /// <summary>Returns the books that operators have pinned to silos, and their current silos.</summary>
    public async Task<IReadOnlyList<BookPin>> GetPinsAsync(CancellationToken cancellation = default) =>
        (await _calls.SendAsync<BookPins>(Get("admin/pins"), cancellation)).Pins;

    /// <summary>
    /// Pins the book of an instrument to a silo. The book moves there within seconds, and again whenever that silo
    /// returns. Books of a group move together.
    /// </summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="silo">Name of a silo, its tag, or a role; null to unpin.</param>
    /// <param name="why">Reason to record, at most 200 characters.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    /// <returns>Every pin.</returns>
    public async Task<IReadOnlyList<BookPin>> PinAsync(
        string symbol, string? silo, string? why = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(symbol);
        return (await _calls.SendAsync<BookPins>(
            OfSymbol(symbol, "pin", new PinBody { Silo = silo, Why = why }), cancellation)).Pins;
    }
}
