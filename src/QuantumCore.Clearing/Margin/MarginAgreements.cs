using System.Collections.Frozen;
using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>A silo's copy of the margin rules, ready for computations. Replaced as a whole.</summary>
public sealed class MarginAgreements
{
    /// <summary>Rules without any instrument on margin.</summary>
    public static readonly MarginAgreements None = new(new MarginRulebook([], [], [], [], [], []), _ => null);

    private static readonly MarginPolicy s_usual = new();

    private readonly FrozenDictionary<string, MarginInstrument> _bySymbol;
    private readonly FrozenDictionary<string, FrozenDictionary<string, MarginInstrument>> _byCurrency;
    private readonly FrozenDictionary<string, MarginPolicy> _policies;
    private readonly FrozenDictionary<(string Symbol, long Account), long> _locates;

    /// <summary>Creates the copy of a rulebook.</summary>
    /// <param name="rulebook">The rulebook.</param>
    /// <param name="instrumentOf">Returns a listed instrument by symbol.</param>
    public MarginAgreements(MarginRulebook rulebook, Func<string, Instrument?> instrumentOf)
    {
        var credits =
            rulebook.Credits.ToDictionary(group => group.Group, group => group.CreditPpm, StringComparer.Ordinal);
        var groups = new Dictionary<string, MarginGroup>(StringComparer.Ordinal);
        var margined = rulebook.Terms
            .Select(terms => (Instrument: instrumentOf(terms.Symbol), Terms: terms.Terms.Decode()))
            .Where(of => of.Instrument is not null)
            .Select(of => new MarginInstrument(of.Instrument!, of.Terms, GroupOf(of.Terms.Group)))
            .ToArray();
        _bySymbol = margined.ToFrozenDictionary(of => of.Instrument.Symbol, StringComparer.Ordinal);
        _byCurrency = margined.GroupBy(of => of.Instrument.Quote.Name, StringComparer.Ordinal).ToFrozenDictionary(
            ofCurrency => ofCurrency.Key,
            ofCurrency => ofCurrency.ToFrozenDictionary(of => of.Instrument.Base.Name, StringComparer.Ordinal),
            StringComparer.Ordinal);
        _policies = rulebook.Policies.ToFrozenDictionary(
            policy => policy.Asset, policy => policy.Policy.Decode(), StringComparer.Ordinal);
        Deficits = rulebook.Deficits;
        _locates = rulebook.Locates.ToFrozenDictionary(
            locate => (locate.Symbol, locate.Account), locate => locate.Lots);

        // All instruments of a group share one object.
        MarginGroup? GroupOf(string name)
        {
            if (name.Length > 0 && !groups.ContainsKey(name))
            {
                groups.Add(name, new MarginGroup(name, credits.GetValueOrDefault(name)));
            }

            return groups.GetValueOrDefault(name);
        }
    }

    /// <summary>All instruments on margin, unsorted.</summary>
    public IReadOnlyList<MarginInstrument> Instruments => _bySymbol.Values;

    /// <summary>Deficits being shared out, oldest first.</summary>
    public ImmutableArray<SharedDeficit> Deficits { get; }

    /// <summary>Returns an instrument on margin, or null for another one.</summary>
    public MarginInstrument? Of(string symbol) => _bySymbol.GetValueOrDefault(symbol);

    /// <summary>Returns the instruments on margin quoted in a currency: one for each base asset.</summary>
    public FrozenDictionary<string, MarginInstrument> PaidIn(string currency) =>
        _byCurrency.GetValueOrDefault(currency, FrozenDictionary<string, MarginInstrument>.Empty);

    /// <summary>Returns the policy of a currency.</summary>
    public MarginPolicy PolicyOf(string currency) => _policies.GetValueOrDefault(currency, s_usual);

    /// <summary>Returns an account's locate in a symbol, in lots.</summary>
    public long LocatedLots(string symbol, long account) => _locates.GetValueOrDefault((symbol, account));
}
