using System.Collections.Immutable;
using System.Text.Json;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// Settles into a folder: a file for each batch, named by its id, for another system. The file is on disk before
/// anything is reported. Silos of one exchange share one folder.
/// </summary>
/// <param name="folder">The folder.</param>
/// <param name="waitsForAnswers">
/// True if a batch settles once <c>{id}.answer.json</c> is beside its file, except for the shortfalls it names:
/// <c>{}</c>, or <c>{"short": [{"account": "1050", "asset": "AAPL", "amount": "30"}]}</c>. False if an existing file
/// counts as settled.
/// </param>
public sealed class FileSettlements(string folder, bool waitsForAnswers = false) : ISettlementReceiver
{
    private static readonly JsonWriterOptions s_json = new() { Indented = true, NewLine = "\n" };
    private static readonly JsonDocumentOptions s_once = new() { AllowDuplicateProperties = false };

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">
    /// The folder has another batch under this id, from another exchange; or the answer is invalid, and the message has
    /// the error.
    /// </exception>
    public async ValueTask<SettlementAnswer?> SendAsync(SettlementBatch batch, CancellationToken cancellationToken)
    {
        // File access blocks: run it outside the grain's thread.
        return await Task.Run(
            () =>
            {
                BatchFile.Write(folder, batch.Id, Bytes(batch));
                var path = Path.Combine(folder, batch.Id + ".answer.json");
                return !waitsForAnswers
                    ? SettlementAnswer.Whole
                    : File.Exists(path) ? Answer(path, batch.Content.Items) : null;
            },
            cancellationToken);
    }

    private static SettlementAnswer Answer(string path, ImmutableArray<SettlementItem> items)
    {
        try
        {
            using var answer = JsonDocument.Parse(File.ReadAllBytes(path), s_once);
            RequireFields(answer.RootElement, "short");
            return answer.RootElement.TryGetProperty("short", out var shorts)
                ? new SettlementAnswer([.. shorts.EnumerateArray().Select(said => Short(said, items))])
                : SettlementAnswer.Whole;
        }
        catch (Exception e)
            when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException
                or InvalidDataException)
        {
            throw new InvalidDataException($"{path} is no answer: {e.Message}", e);
        }
    }

    private static void RequireFields(JsonElement of, params ReadOnlySpan<string> known)
    {
        foreach (var field in of.EnumerateObject())
        {
            if (!known.Contains(field.Name))
            {
                throw new InvalidDataException(
                    $"{field.Name} is no field of an answer here: {string.Join(", ", known)}.");
            }
        }
    }

    private static SettlementShort Short(JsonElement said, ImmutableArray<SettlementItem> items)
    {
        RequireFields(said, "account", "asset", "amount");
        var (account, asset, amount) = (said.GetProperty("account").GetString(), said.GetProperty("asset").GetString(),
            said.GetProperty("amount").GetString());
        return items.FirstOrDefault(
            item => new AccountId(item.Account).ToString() == account && item.Asset == asset) is { } owed
            && DecimalText.TryParse(amount, owed.Decimals, out var units) == DecimalError.None
            ? new SettlementShort(owed.Account, owed.Asset, units)
            : throw new InvalidDataException(
                $"short: {account} and {asset} are no item of the batch, or {amount} is no amount of it.");
    }

    /// <summary>Returns the file of a batch: the same bytes for the same batch.</summary>
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
