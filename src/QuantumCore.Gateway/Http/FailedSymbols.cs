using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Http;

/// <summary>Where a command for many symbols was not carried out; the others got it.</summary>
internal sealed class FailedSymbols
{
    private readonly List<string> _symbols = [];
    private RejectReason _first;

    /// <summary>The first reason, and every symbol; null when there are none.</summary>
    public Refusal? Refusal => _symbols.Count == 0
        ? null
        : new Refusal(_first, "symbol", null, $"Not done, or not known to be done, in {string.Join(", ", _symbols)}; done elsewhere.");

    public void Add(string symbol, RejectReason reason)
    {
        if (_symbols.Count == 0)
            _first = reason;
        _symbols.Add(symbol);
    }
}
