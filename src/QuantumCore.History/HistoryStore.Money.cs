using System.Collections.Immutable;
using System.Data.Common;
using QuantumCore.Contracts;

namespace QuantumCore.History;

/// <summary>Transfers, withdrawals and other movements that are not final yet.</summary>
public abstract partial class HistoryStore
{
    /// <summary>Most transfers, or withdrawals, in one response.</summary>
    public const int TransfersLimit = 1_000;

    /// <summary>Returns transfers whose arrival is not recorded, oldest first: work for the recovery agent.</summary>
    public Task<ImmutableArray<OpenTransfer>> OpenTransfersAsync(
        int limit, int skip, CancellationToken cancellationToken) =>
        ReadAsync(
            """
            SELECT account, seq, target, asset, amount FROM transfer WHERE ended_at IS NULL
            ORDER BY created_at, account, seq LIMIT @limit OFFSET @skip
            """,
            [("@limit", limit), ("@skip", skip)],
            static (reader, token) => ListAsync(
                reader,
                static row => new OpenTransfer(
                    new TransferArrival(row.GetInt64(0), row.GetInt64(1), row.GetString(3), row.GetInt64(4)),
                    row.GetInt64(2)),
                token),
            cancellationToken);

    /// <summary>
    /// Returns an account's transfers, sent and received, newest first, optionally after a place. At most one more than
    /// <see cref="TransfersLimit"/>.
    /// </summary>
    public Task<ImmutableArray<AccountTransfer>> TransfersAsync(
        long account, int limit, TransferPlace? after, CancellationToken cancellationToken)
    {
        var last = after ?? new TransferPlace(long.MaxValue, 0, 0);
        return ReadAsync(
            """
            SELECT t.seq, t.name, t.account, t.target, t.asset, a.decimals, t.amount, t.ended_at, t.created_at
            FROM transfer t JOIN asset a ON a.asset = t.asset WHERE (t.account = @account OR t.target = @account)
              AND (t.created_at < @time OR (t.created_at = @time AND (t.account < @from OR (t.account = @from AND t.seq < @seq))))
            ORDER BY t.created_at DESC, t.account DESC, t.seq DESC LIMIT @limit
            """,
            [
                ("@account", account),
                ("@time", last.TimeNanos),
                ("@from", last.From),
                ("@seq", last.Sequence),
                ("@limit", Math.Clamp(limit, 0, TransfersLimit + 1)),
            ],
            static (reader, token) => ListAsync(
                reader,
                static row => new AccountTransfer(
                    row.GetInt64(0),
                    row.GetString(1),
                    row.GetInt64(2),
                    row.GetInt64(3),
                    row.GetString(4),
                    row.GetInt32(5),
                    row.GetInt64(6),
                    !row.IsDBNull(7),
                    row.GetInt64(8)),
                token),
            cancellationToken);
    }

    /// <summary>
    /// Returns open orders of killed accounts, one entry for each book of an account: work for the recovery agent.
    /// </summary>
    public Task<ImmutableArray<KilledOrders>> KilledOrdersAsync(int limit, CancellationToken cancellationToken) =>
        ReadAsync(
        """
        SELECT DISTINCT s.account, h.symbol, s.floor FROM account_state s
        JOIN hold h ON h.account = s.account AND h.number <= s.floor WHERE s.state = 'killed'
        ORDER BY s.account, h.symbol LIMIT @limit
        """,
        [("@limit", limit)],
        static (reader, token) => ListAsync(
            reader, static row => new KilledOrders(row.GetInt64(0), row.GetString(1), row.GetInt64(2)), token),
        cancellationToken);

    /// <summary>
    /// Returns margin accounts that owe or are not healthy, or all of them, in sequence after an account.
    /// </summary>
    public Task<ImmutableArray<long>> MarginAccountsAsync(
        bool all, long after, int limit, CancellationToken cancellationToken) => ReadAsync(
        """
        SELECT m.account FROM margin_account m WHERE m.account > @after AND m.asset <> ''
          AND (@all = 1 OR m.state <> 'healthy' OR EXISTS (SELECT 1 FROM balance b WHERE b.account = m.account AND (b.total < 0 OR b.total_high < 0)))
        ORDER BY m.account LIMIT @limit
        """,
        [("@after", after), ("@all", all ? 1L : 0L), ("@limit", limit)],
        static (reader, token) => ListAsync(reader, static row => row.GetInt64(0), token),
        cancellationToken);

    /// <summary>
    /// Returns withdrawals that are neither paid nor rejected, oldest first: work for the recovery agent.
    /// </summary>
    public Task<ImmutableArray<UnpaidWithdrawal>> OpenWithdrawalsAsync(
        int limit, int skip, CancellationToken cancellationToken) =>
        ReadAsync(
            """
            SELECT w.account, w.seq, w.amount, w.destination, w.asset, a.decimals
            FROM withdrawal w JOIN asset a ON a.asset = w.asset WHERE w.is_open = 1
            ORDER BY w.created_at, w.account, w.seq LIMIT @limit OFFSET @skip
            """,
            [("@limit", limit), ("@skip", skip)],
            static (reader, token) => ListAsync(
                reader,
                static row => new UnpaidWithdrawal(
                    new PayoutItem(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetString(3)),
                    row.GetString(4),
                    row.GetInt32(5)),
                token),
            cancellationToken);

    /// <summary>
    /// Returns an account's withdrawals, newest first, optionally before a sequence. At most one more than
    /// <see cref="TransfersLimit"/>.
    /// </summary>
    public Task<ImmutableArray<AccountWithdrawal>> WithdrawalsAsync(
        long account, int limit, long? before, CancellationToken cancellationToken) => ReadAsync(
            """
            SELECT w.seq, w.name, w.account, w.asset, a.decimals, w.amount, w.destination, p.state, p.batch, p.reason, w.created_at
            FROM withdrawal w JOIN asset a ON a.asset = w.asset
            LEFT JOIN payout p ON p.account = w.account AND p.seq = w.seq
            WHERE w.account = @account AND w.seq < @before ORDER BY w.seq DESC LIMIT @limit
            """,
            [
                ("@account", account), ("@before", before ?? long.MaxValue),
                ("@limit", Math.Clamp(limit, 0, TransfersLimit + 1))],
            static (reader, token) => ListAsync(reader, ReadWithdrawal, token),
            cancellationToken);

    private static AccountWithdrawal ReadWithdrawal(DbDataReader row)
    {
        var asset = row.GetString(3);
        var inBatch = !row.IsDBNull(7);
        return new(
            row.GetInt64(0),
            row.GetString(1),
            row.GetInt64(2),
            asset,
            row.GetInt32(4),
            row.GetInt64(5),
            row.GetString(6),
            inBatch ? HistoryWords.PayoutStateOf(row.GetString(7)) : PayoutState.Pending,
            inBatch ? PayoutRecord.BatchId(asset, row.GetInt64(8)) : null,
            row.IsDBNull(9) ? null : row.GetString(9),
            row.GetInt64(10));
    }
}

/// <summary>Open orders in one book of an account whose kill switch was triggered.</summary>
/// <param name="Account">The account.</param>
/// <param name="Symbol">Symbol of the book.</param>
/// <param name="Floor">Highest order number affected.</param>
public readonly record struct KilledOrders(long Account, string Symbol, long Floor);

/// <summary>A durable withdrawal that is neither paid nor rejected.</summary>
/// <param name="Item">Item for the asset's payout.</param>
/// <param name="Asset">Name of the asset.</param>
/// <param name="Decimals">Decimals of its minor unit.</param>
public readonly record struct UnpaidWithdrawal(PayoutItem Item, string Asset, int Decimals);

/// <summary>A durable transfer whose arrival is not recorded.</summary>
/// <param name="Arrival">Arrival for the receiving account.</param>
/// <param name="To">Number of the receiving account.</param>
public readonly record struct OpenTransfer(TransferArrival Arrival, long To);
