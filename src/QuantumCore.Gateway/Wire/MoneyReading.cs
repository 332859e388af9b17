using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Wire;

/// <summary>Reads the common part of all calls about money: a key, an asset and an amount of it.</summary>
internal static class MoneyReading
{
    /// <summary>Maximum of a balance, in minor units; no amount is larger.</summary>
    private const long LargestAmount = 1L << 62;

    /// <summary>Reads an amount of an asset under a key, in minor units; or returns a refusal.</summary>
    public static async ValueTask<(Refusal? Refusal, Asset? Asset, long Amount)> Read(
        Listings listings, string? key, string? assetName, string? amountText)
    {
        if (!ClientOrderId.IsValid(key ?? ""))
            return (Refusal.Malformed("key", ClientOrderId.Rule), null, 0);
        if (amountText is null)
            return (Refusal.Malformed("amount", "The amount is missing."), null, 0);
        if (await listings.FindAsset(assetName ?? "") is not { } asset)
            return (Refusal.Malformed("asset", "There is no such asset."), null, 0);

        var error = DecimalText.TryParse(amountText, asset.Decimals, out var amount);
        if (error == DecimalError.TooLarge)
        {
            var most = DecimalText.Format(LargestAmount, asset.Decimals);
            return (new Refusal(RejectReason.BadRequest, "amount", most, "No balance can be larger than the limit."), null, 0);
        }

        if (error != DecimalError.None || amount == 0)
            return (Refusal.Malformed("amount", $"The amount must be a positive decimal number with at most {asset.Decimals} decimals."), null, 0);

        return (null, asset, amount);
    }

    /// <summary>Reads the account that receives, which must be another one; returns null or a refusal.</summary>
    public static Refusal? ReadOther(string field, string? text, long than, out AccountId account) =>
        !AccountId.TryParse(text, out account) ? Refusal.Malformed(field, "An account is ACC- and a number from 1000, for example ACC-1001.")
        : account.Value == than ? Refusal.Malformed(field, "The account must differ from the one that gives.")
        : null;
}
