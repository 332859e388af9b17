using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Http;

/// <summary>Symbols or accounts for which a command was not carried out. It was carried out for the others.</summary>
/// <param name="member">Member of the request that named them.</param>
internal sealed class PartialFailure(string member)
{
    private readonly List<string> _names = [];
    private RejectReason _first;

    /// <summary>First reason, with every name; null if nothing failed.</summary>
    public Refusal? Refusal => _names.Count == 0
        ? null
        : new Refusal(
            _first, member, null, $"Failed, or outcome unknown, for {string.Join(", ", _names)}; done for all others.");

    /// <summary>Names that were added.</summary>
    public IReadOnlyList<string> Names => _names;

    public void Add(string name, RejectReason reason)
    {
        if (_names.Count == 0)
            _first = reason;
        _names.Add(name);
    }
}
