// What the home page adds where scripts run.
export {};
