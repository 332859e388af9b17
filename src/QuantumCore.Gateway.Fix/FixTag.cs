namespace QuantumCore.Gateway.Fix;

/// <summary>FIX 4.4 tags: of the session layer, then of orders and market data.</summary>
internal static class FixTag
{
    public const int BeginSequence = 7;
    public const int EndSequence = 16;
    public const int Sequence = 34;
    public const int Type = 35;
    public const int NewSequence = 36;
    public const int PossibleDuplicate = 43;
    public const int RefSequence = 45;
    public const int Sender = 49;
    public const int SendingTime = 52;
    public const int Target = 56;
    public const int Text = 58;
    public const int RawDataLength = 95;
    public const int RawData = 96;
    public const int EncryptMethod = 98;
    public const int HeartbeatSeconds = 108;
    public const int TestRequestId = 112;
    public const int OriginalSendingTime = 122;
    public const int GapFill = 123;
    public const int ResetNumbers = 141;
    public const int RefTag = 371;
    public const int RefType = 372;
    public const int RejectReason = 373;
    public const int BusinessRefId = 379;
    public const int BusinessRejectReason = 380;
    public const int UserName = 553;
    public const int Password = 554;

    /// <summary>Highest tag that FIX 4.4 defines.</summary>
    public const int LastDefined = 956;

    /// <summary>Lowest tag that a client may define itself; these are ignored.</summary>
    public const int FirstOwn = 5000;

    // Orders and market data.
    public const int Account = 1;
    public const int AvgPx = 6;
    public const int ClOrdID = 11;
    public const int Commission = 12;
    public const int CommType = 13;
    public const int CumQty = 14;
    public const int Currency = 15;
    public const int ExecID = 17;
    public const int ExecInst = 18;
    public const int ExecRefID = 19;
    public const int LastPx = 31;
    public const int LastQty = 32;
    public const int OrderID = 37;
    public const int OrderQty = 38;
    public const int OrdStatus = 39;
    public const int OrdType = 40;
    public const int OrigClOrdID = 41;
    public const int Price = 44;
    public const int Side = 54;
    public const int Symbol = 55;
    public const int TimeInForce = 59;
    public const int TransactTime = 60;
    public const int PossResend = 97;
    public const int StopPx = 99;
    public const int CxlRejReason = 102;
    public const int OrdRejReason = 103;
    public const int MinQty = 110;
    public const int MaxFloor = 111;
    public const int ExpireTime = 126;
    public const int NoRelatedSym = 146;
    public const int ExecType = 150;
    public const int LeavesQty = 151;
    public const int CashOrderQty = 152;
    public const int PegOffsetValue = 211;
    public const int MDReqID = 262;
    public const int SubscriptionRequestType = 263;
    public const int MarketDepth = 264;
    public const int MDUpdateType = 265;
    public const int AggregatedBook = 266;
    public const int NoMDEntryTypes = 267;
    public const int NoMDEntries = 268;
    public const int MDEntryType = 269;
    public const int MDEntryPx = 270;
    public const int MDEntrySize = 271;
    public const int MDEntryDate = 272;
    public const int MDEntryTime = 273;
    public const int MDEntryID = 278;
    public const int MDUpdateAction = 279;
    public const int MDReqRejReason = 281;
    public const int DeleteReason = 285;
    public const int SecurityReqID = 320;
    public const int SecurityResponseID = 322;
    public const int NumberOfOrders = 346;
    public const int ExecRestatementReason = 378;
    public const int LastFragment = 893;
    public const int TotNoRelatedSym = 393;
    public const int ExpireDate = 432;
    public const int CxlRejResponseTo = 434;
    public const int CommCurrency = 479;
    public const int SecondaryExecID = 527;
    public const int MassCancelRequestType = 530;
    public const int MassCancelResponse = 531;
    public const int MassCancelRejectReason = 532;
    public const int TotalAffectedOrders = 533;
    public const int SecurityListRequestType = 559;
    public const int SecurityRequestResult = 560;
    public const int RoundLot = 561;
    public const int MinTradeVol = 562;
    public const int MassStatusReqID = 584;
    public const int MassStatusReqType = 585;
    public const int WorkingIndicator = 636;
    public const int OrdStatusReqID = 790;
    public const int PegOffsetType = 836;
    public const int PeggedPrice = 839;
    public const int LastLiquidityInd = 851;
    public const int TotNumReports = 911;
    public const int LastRptRequested = 912;

    /// <summary>
    /// Client's request to cancel all its orders when its connection ends. Venues have settled on this tag.
    /// </summary>
    public const int CancelOrdersOnDisconnect = 8013;

    /// <summary>Self-trade prevention mode; the tag of Binance's FIX interface.</summary>
    public const int SelfTradePreventionMode = 25001;
}
