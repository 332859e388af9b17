using System.Text.Json;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Settlement;

/// <summary>
/// Settles into a folder: a file for each batch, named by its id, for whoever carries it on. A file that is there is settled; it is on disk before
/// that is said. Silos of one exchange share one folder.
/// </summary>
public sealed class FileSettlements(string folder) : ISettlementReceiver
{
    private static readonly JsonWriterOptions s_json = new() { Indented = true, NewLine = "\n" };

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The folder has another batch under this id: it is of another exchange.</exception>
    public async ValueTask<bool> SendAsync(SettlementBatch batch, CancellationToken cancellationToken)
    {
        // A file system makes its caller wait: not the grain.
        await Task.Run(() => BatchFile.Write(folder, batch.Id, Bytes(batch)), cancellationToken);
        return true;
    }

    /// <summary>The file of a batch: the same bytes for the same batch.</summary>
    internal static byte[] Bytes(SettlementBatch batch)
    {
        using var stream = new MemoryStream();
        using (var to = new Utf8JsonWriter(stream, s_json))
        {
            to.WriteStartObject();
            to.WriteString("batch", batch.Id);
            to.WriteString("venue", batch.Venue);
            to.WriteString("date", UtcDay.Text(batch.Content.Date));
            to.WriteNumber("cycle", batch.Content.Cycle);
            to.WriteString("hash", Convert.ToHexStringLower(batch.Content.Hash.AsSpan()));
            to.WriteStartArray("trades");
            foreach (var trades in batch.Content.Trades)
            {
                to.WriteStartObject();
                to.WriteString("symbol", trades.Symbol);
                to.WriteNumber("after", trades.After);
                to.WriteNumber("through", trades.Through);
                to.WriteNumber("trades", trades.Trades);
                to.WriteEndObject();
            }

            to.WriteEndArray();
            to.WriteStartArray("items");
            foreach (var item in batch.Content.Items)
            {
                to.WriteStartObject();
                to.WriteString("account", new AccountId(item.Account).ToString());
                to.WriteString("asset", item.Asset);
                to.WriteString("amount", DecimalText.Format(item.Amount, item.Decimals));
                to.WriteEndObject();
            }

            to.WriteEndArray();
            to.WriteEndObject();
        }

        return stream.ToArray();
    }
}
