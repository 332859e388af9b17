namespace QuantumCore.Client;

/// <summary>Placement of books on silos.</summary>
public sealed class OperatorPlacementClient
{
    private readonly ExchangeCalls _calls;

    internal OperatorPlacementClient(ExchangeCalls calls) => _calls = calls;

    /// <summary>Returns the books that operators have pinned to silos, and their current silos.</summary>
    public async Task<IReadOnlyList<BookPin>> GetPinsAsync(CancellationToken cancellation = default) =>
        (await _calls.GetAsync<BookPins>("admin/pins", cancellation)).Pins;

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
        string symbol, string? silo, string? why = null, CancellationToken cancellation = default) =>
        (await _calls.PostAsync<BookPins>(
            CallPath.Symbol(symbol, "pin"), new PinBody { Silo = silo, Why = why }, cancellation)).Pins;
}
