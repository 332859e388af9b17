using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Accounts;

/// <summary>Explains rejections for lack of cover: the field, and the available amount of the asset.</summary>
internal sealed class Shortfalls(AccountMachine machine)
{
    /// <summary>Returns the reason why an order is not covered.</summary>
    public BrokenLimit Of(KeyRefused refused, Instrument instrument) => refused.Reason switch
    {
        RejectReason.InsufficientFunds => Of(refused, "quantity", instrument.Quote),
        RejectReason.ShortNotAllowed => Of(refused, "quantity", instrument.Base),
        _ => new BrokenLimit(refused.Reason, null, null),
    };

    /// <summary>Returns the reason why a list is not covered by all of its orders together.</summary>
    public BrokenLimit Of(KeyRefused refused, Instrument instrument, OrderListKind kind) =>
        Of(refused, instrument) is { Limit: not null } lacking
            ? lacking with { Field = kind.Members() }
            : new(refused.Reason, null, null);

    /// <summary>
    /// Returns the reason why an amount cannot leave. A margin account's withdrawable amount is not its balance.
    /// </summary>
    public BrokenLimit Of(KeyRefused refused, Asset asset) =>
        refused.Reason == RejectReason.InsufficientFunds && !machine.IsMargin
        ? Of(refused, "amount", asset)
        : new BrokenLimit(refused.Reason, null, null);

    private BrokenLimit Of(KeyRefused refused, string field, Asset asset) =>
        new(refused.Reason, field, DecimalText.Format(machine.Account.Of(asset).Available, asset.Decimals));
}
