namespace QuantumCore.Client;

// How the exchange itself is, and where books are held.
public sealed partial class QuantumCoreClient
{
    /// <summary>Silos, journal, and the newest warnings and errors (key of a market operator, a risk officer or an administrator).</summary>
    public Task<ExchangeSystem> GetSystemAsync(CancellationToken cancellation = default) =>
        _calls.SendAsync<ExchangeSystem>(Get("admin/system"), cancellation);

    /// <summary>The books that operators have pinned to silos, and where they are.</summary>
    public async Task<IReadOnlyList<BookPin>> GetPinsAsync(CancellationToken cancellation = default) =>
        (await _calls.SendAsync<BookPins>(Get("admin/pins"), cancellation)).Pins;

    /// <summary>
    /// Pins the book of an instrument to a silo: it moves there within seconds, and again whenever that silo comes back. Books of a
    /// group go together.
    /// </summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="silo">A silo's name, its tag, or a role; null: any silo again.</param>
    /// <param name="why">A sentence for the record, at most 200 characters.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Every pin.</returns>
    public async Task<IReadOnlyList<BookPin>> PinAsync(
        string symbol, string? silo, string? why = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(symbol);
        return (await _calls.SendAsync<BookPins>(OfSymbol(symbol, "pin", new PinOrder(silo, why)), cancellation)).Pins;
    }
}
