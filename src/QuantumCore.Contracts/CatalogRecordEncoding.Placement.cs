namespace QuantumCore.Contracts;

/// <summary>Encodes records of books pinned to silos.</summary>
public static partial class CatalogRecordEncoding
{
    private static byte[] Encode(BookPinned record)
    {
        var to = new RecordWriter(Version, PinKind, record.TimeNanos);
        to.Text(record.Request.Symbol);
        to.Text(record.Request.Silo);
        to.Text(record.Request.By);
        to.Text(record.Request.Why);
        return to.ToArray();
    }

    private static BookPinned ReadPin(ref RecordReader from) =>
        new(from.TimeNanos, new BookPinRequest(from.Text(), from.Text(), from.Text(), from.Text()));
}
