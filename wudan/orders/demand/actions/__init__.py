"""Where orders (提单), yearly plans, proposed classes (拟开班) and the roll (应培尽培名单) change; one module per group of verbs."""
