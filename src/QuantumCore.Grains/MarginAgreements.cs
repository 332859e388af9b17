using System.Collections.Frozen;
using QuantumCore.Accounts;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains;

/// <summary>A silo's copy of what is agreed about margin, ready to reckon with. Replaced whole.</summary>
public sealed class MarginAgreements
{
    /// <summary>Nothing is traded on margin.</summary>
    public static readonly MarginAgreements None = new(new MarginRulebook([], [], [], []), _ => null);

    private static readonly MarginPolicy s_usual = new();

    private readonly FrozenDictionary<string, MarginInstrument> _bySymbol;
    private readonly FrozenDictionary<(string Base, string Quote), MarginInstrument> _byAssets;
    private readonly FrozenDictionary<string, MarginPolicy> _policies;
    private readonly FrozenDictionary<(string Symbol, long Account), long> _locates;

    /// <summary>The copy of a rulebook.</summary>
    /// <param name="rulebook">What is agreed.</param>
    /// <param name="instrumentOf">The listed instruments.</param>
    public MarginAgreements(MarginRulebook rulebook, Func<string, Instrument?> instrumentOf)
    {
        var margined = rulebook.Terms
            .Select(terms => (Instrument: instrumentOf(terms.Symbol), terms.Terms))
            .Where(of => of.Instrument is not null)
            .Select(of => new MarginInstrument(of.Instrument!, of.Terms.Decode()))
            .ToArray();
        _bySymbol = margined.ToFrozenDictionary(of => of.Instrument.Symbol, StringComparer.Ordinal);
        _byAssets = margined.ToFrozenDictionary(of => (of.Instrument.Base.Name, of.Instrument.Quote.Name));
        _policies = rulebook.Policies.ToFrozenDictionary(
            policy => policy.Asset, policy => policy.Policy.Decode(), StringComparer.Ordinal);
        _locates = rulebook.Locates.ToFrozenDictionary(locate => (locate.Symbol, locate.Account), locate => locate.Lots);
    }

    /// <summary>Everything that is traded on margin, in no sequence.</summary>
    public IReadOnlyList<MarginInstrument> Instruments => _bySymbol.Values;

    /// <summary>An instrument that is traded on margin; null for another one.</summary>
    public MarginInstrument? Of(string symbol) => _bySymbol.GetValueOrDefault(symbol);

    /// <summary>The one instrument on margin of an asset that is paid in a currency; null where there is none.</summary>
    public MarginInstrument? Of(string asset, string currency) => _byAssets.GetValueOrDefault((asset, currency));

    /// <summary>The policy of a currency.</summary>
    public MarginPolicy PolicyOf(string currency) => _policies.GetValueOrDefault(currency, s_usual);

    /// <summary>What an account may be short of in a symbol, in lots.</summary>
    public long LocatedLots(string symbol, long account) => _locates.GetValueOrDefault((symbol, account));
}
