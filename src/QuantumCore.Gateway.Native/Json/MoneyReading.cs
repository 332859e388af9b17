using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Markets;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Json;

/// <summary>Reads the common part of all calls about money: a key, an asset and an amount of it.</summary>
internal static class MoneyReading
{
    /// <summary>Maximum of a balance, in minor units; no amount is larger.</summary>
    private const long LargestAmount = 1L << 62;

    /// <summary>Reads an amount of an asset under a key, in minor units; or returns a refusal.</summary>
    public static async ValueTask<(Refusal? Refusal, Asset? Asset, long Amount)> ReadAsync(
        Listings listings, string? key, string? assetName, string? amountText)
    {
        if (!ClientOrderId.IsValid(key ?? ""))
            return (Refusal.NotAKey("key", key), null, 0);
        if (amountText is null)
            return (Refusal.Not("amount", null, "a positive decimal number such as 150.25"), null, 0);
        if (await listings.FindAssetAsync(assetName ?? "") is not { } asset)
            return (await listings.UnknownAssetAsync(assetName), null, 0);

        var error = DecimalText.TryParse(amountText, asset.Decimals, out var amount);
        var scale = ValueScale.OfAmount(asset, 1, LargestAmount);
        if (error == DecimalError.TooLarge)
        {
            var refusal = new Refusal(
                RejectReason.BadRequest, "amount", scale.Format(scale.Most),
                RefusalText.NotOnScale("amount", amountText, error, scale));
            return (refusal, null, 0);
        }

        if (error != DecimalError.None || amount == 0)
            return (Refusal.Malformed("amount", RefusalText.NotOnScale("amount", amountText, error, scale)), null, 0);

        return (null, asset, amount);
    }

    /// <summary>Reads the account that receives, which must be another one; returns null or a refusal.</summary>
    public static Refusal? ReadOther(string field, string? text, long than, out AccountId account) =>
        !AccountId.TryParse(text, out account) ? Refusal.NotAnAccount(field, text)
        : account.Value == than ? Refusal.Malformed(
            field, $"{field} {account} is the account that gives; choose another one")
        : null;
}
