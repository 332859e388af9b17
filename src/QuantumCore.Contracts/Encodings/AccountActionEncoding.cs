using static QuantumCore.Contracts.AccountRecordEncoding;

namespace QuantumCore.Contracts.Encodings;

/// <summary>Encodes records of an account's parts of corporate actions.</summary>
internal static class AccountActionEncoding
{
    public static byte[] Encode(CorporateActionEntered record)
    {
        var to = Start(Kind.ActionEntered, record);
        to.Text(record.Action);
        to.Byte((byte)record.Kind);
        to.Text(record.UnitAsset);
        to.Count(record.UnitDecimals);
        to.Fixed64(record.Units);
        to.Text(record.Asset);
        to.Count(record.Decimals);
        to.Fixed64(record.Amount);
        to.Count(record.PayDay);
        return to.ToArray();
    }

    public static byte[] Encode(CorporateActionPaid record)
    {
        var to = Start(Kind.ActionPaid, record);
        to.Text(record.Action);
        to.Text(record.Asset);
        to.Count(record.Decimals);
        to.Fixed64(record.Amount);
        return to.ToArray();
    }

    public static byte[] Encode(SplitEntered record)
    {
        var to = Start(Kind.Split, record);
        to.Text(record.Action);
        to.Text(record.UnitAsset);
        to.Count(record.UnitDecimals);
        to.Fixed64(record.Units);
        to.Fixed64(record.Change);
        to.Count(record.Numerator);
        to.Count(record.Denominator);
        to.Count(record.Rate);
        to.Text(record.Asset);
        to.Count(record.Decimals);
        to.Count(record.Amount);
        return to.ToArray();
    }

    public static byte[] Encode(SymbolChanged record)
    {
        var to = Start(Kind.SymbolChange, record);
        to.Text(record.Action);
        to.Text(record.UnitAsset);
        to.Count(record.Decimals);
        to.Count(record.Units);
        to.Text(record.Asset);
        return to.ToArray();
    }
}
