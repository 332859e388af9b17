using static QuantumCore.Contracts.CatalogRecordEncoding;

namespace QuantumCore.Contracts.Encodings;

/// <summary>Encodes catalog records of corporate actions.</summary>
internal static class CorporateActionEncoding
{
    public static byte[] Encode(CorporateActionAnnounced record)
    {
        var request = record.Request;
        var isSplit = request.Kind == CorporateActionKind.Split;
        var isRename = request.Kind == CorporateActionKind.SymbolChange;
        var to = Start(
            isSplit ? Kind.SplitAnnounced : isRename ? Kind.SymbolChangeAnnounced : Kind.ActionAnnounced, record);
        to.Text(request.Id);
        to.Byte((byte)request.Kind);
        to.Text(request.Symbol);
        to.Count(request.ExDay);
        to.Count(request.PayDay);
        to.Count(request.Rate);
        to.Text(request.By);
        to.Text(request.Why);
        to.Fixed64(record.CutNanos);
        if (isSplit)
        {
            to.Count(request.Numerator);
            to.Count(request.Denominator);
        }
        else if (isRename)
        {
            to.Text(request.NewSymbol ?? "");
            to.Text(request.NewAsset ?? "");
        }

        return to.ToArray();
    }

    public static CorporateActionAnnounced ReadSplit(ref RecordReader from)
    {
        var announced = ReadAnnounced(ref from);
        return announced with
        {
            Request = announced.Request with { Numerator = from.Count(), Denominator = from.Count() },
        };
    }

    public static CorporateActionAnnounced ReadSymbolChange(ref RecordReader from)
    {
        var announced = ReadAnnounced(ref from);
        return announced with { Request = announced.Request with { NewSymbol = from.Text(), NewAsset = from.Text() } };
    }

    public static CorporateActionAnnounced ReadAnnounced(ref RecordReader from) => new(
        from.TimeNanos,
        new CorporateActionRequest(
            from.Text(), from.Member<CorporateActionKind>(), from.Text(), from.Count(), from.Count(),
            from.Count(), from.Text(), from.Text()),
        from.Fixed64());

    public static byte[] Encode(CorporateActionClosed record)
    {
        var to = Start(Kind.ActionClosed, record);
        to.Text(record.Id);
        to.Count(record.Sums.Accounts);
        to.Fixed128(record.Sums.LongUnits);
        to.Fixed128(record.Sums.ShortUnits);
        to.Fixed128(record.Sums.Received);
        to.Fixed128(record.Sums.Owed);
        to.Count(record.Sums.Rounding);
        return to.ToArray();
    }

    public static CorporateSums ReadSums(ref RecordReader from) => new(
        from.Count32(), from.Fixed128(), from.Fixed128(), from.Fixed128(), from.Fixed128(), from.Count());

    public static byte[] Encode(Kind kind, CatalogRecord record, string id)
    {
        var to = Start(kind, record);
        to.Text(id);
        return to.ToArray();
    }
}
