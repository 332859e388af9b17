using Microsoft.AspNetCore.Http;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Endpoints;

/// <summary>Operators' calls for accounts and listings.</summary>
internal sealed class AdminCalls(IGrainFactory grains, Listings listings, OperatorLog operators)
{
    /// <summary>POST /admin/accounts/{account}/deposits: deposits money or units.</summary>
    /// <remarks>
    /// Needs the role administrator; <c>amount</c> is decimal text in the asset's decimals. The same <c>key</c> with
    /// the same content is the same deposit, with other content <c>KeyConflict</c>. Expect <c>BadRequest</c> for an
    /// asset without a listed instrument or an amount with too many decimals.
    /// </remarks>
    public async Task<Result<Api.DepositReceipt>> DepositAsync(
        HttpContext context, Caller officer, AccountId account, Api.DepositBody text)
    {
        var (refusal, asset, amount) = await MoneyReading.ReadAsync(listings, text.Key, text.Asset, text.Amount);
        if (refusal is { } refused)
            return refused;

        var request = new DepositRequest(text.Key!, asset!.Name, amount);
        var result = await grains.Account(account.Value).Deposit(request);
        refusal = result.Reason == RejectReason.None
            ? await operators.NoteAsync(officer, "deposited", account.ToString(), text)
            : new Refusal(result.Reason, result.Field, result.Limit, WhyNot(request.Key, result.Reason));
        return refusal is { } failure
            ? failure
            : new Api.DepositReceipt(
                account.ToString(), request.Key, asset.Name, asset.AmountOf(amount), result.Sequence);
    }

    /// <summary>POST /admin/instruments: lists an instrument, or changes its limits.</summary>
    /// <remarks>
    /// Needs the role marketOperator or administrator; sizes, limits and prices are decimal text, fees millionths
    /// (ppm). Assets, tick, lot, group and settlement of a listed symbol never change: expect <c>BadRequest</c> with
    /// the member in <c>field</c>.
    /// </remarks>
    public async Task<Result<Api.Instrument>> ListAsync(HttpContext context, Caller officer, InstrumentText text)
    {
        if ((text.TryRead(out var instrument) ?? await OtherScaleAsync(instrument!)
            ?? await OtherUnitsAsync(instrument!)) is { } refusal)
            return refusal;

        try
        {
            await grains.Catalog().List(EncodedInstrument.From(instrument!));
        }
        catch (ArgumentException refused)
        {
            // The catalog decides, and explains why; the name of its parameter is internal.
            var why = refused.Message.Split(" (Parameter '", 2)[0];
            return Refusal.Malformed("symbol", why);
        }

        await listings.RefreshAsync();
        if (await operators.NoteAsync(officer, "instrumentListed", instrument!.Symbol, text) is { } unnoted)
            return unnoted;

        return instrument.ToApi();
    }

    /// <summary>
    /// Returns a refusal if an asset's decimals would change. They never do, because every amount of it is counted in
    /// them.
    /// </summary>
    private async ValueTask<Refusal?> OtherScaleAsync(Instrument instrument)
    {
        foreach (var (asset, field) in new[] { (instrument.Base, "baseDecimals"), (instrument.Quote, "quoteDecimals") })
        {
            if (await listings.FindAssetAsync(asset.Name) is { } known && known.Decimals != asset.Decimals)
                return Refusal.Malformed(
                    field,
                    $"{field} {asset.Decimals} is not the {known.Decimals} decimals that {asset.Name} already has");
        }

        return null;
    }

    /// <summary>
    /// Returns a refusal if a listed symbol would change its units, its group or its settlement. Units never change,
    /// because every order is counted in them. The group never changes, because the book lives there. Settlement never
    /// changes, because trades are booked by it.
    /// </summary>
    private async ValueTask<Refusal?> OtherUnitsAsync(Instrument instrument)
    {
        if (await listings.FindAsync(instrument.Symbol) is not { } known)
            return null;

        var field = known.Base != instrument.Base ? "baseAsset"
            : known.Quote != instrument.Quote ? "quoteAsset"
            : (known.TickSize, known.PriceDecimals) != (instrument.TickSize, instrument.PriceDecimals) ? "tickSize"
            : (known.LotSize, known.QuantityDecimals) != (instrument.LotSize, instrument.QuantityDecimals) ? "lotSize"
            : known.Group != instrument.Group ? "group"
            : known.SettlementDays != instrument.SettlementDays ? "settlementDays"
            : known.SettlementVenue != instrument.SettlementVenue ? "settlementVenue"
            : null;
        return field is null
            ? null
            : Refusal.Malformed(
                field,
                $"{field} of {instrument.Symbol} differs from the listing; assets, tick, lot, group and "
                    + $"settlement of a listed symbol never change");
    }

    /// <summary>
    /// Returns the detail for a rejected deposit key. The default title speaks of the account's client order ids, which
    /// a deposit key is not.
    /// </summary>
    private static string? WhyNot(string key, RejectReason reason) => reason switch
    {
        RejectReason.KeyConflict => "The key is that of another deposit.",
        RejectReason.BadRequest when TransferKey.IsTransfer(key) =>
            $"Keys that begin with {TransferKey.Prefix} are of transfers that arrive.",
        _ => null,
    };
}
